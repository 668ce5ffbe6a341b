"""What a student gets, from an allow-list: notebooks, the wheel, one page; and the scan that lets none of it out which
gives away a solution, a grader or a reference.
"""
