"""The machinery of the public checks: calling a student's function, comparing, finding causes, showing the
result.
"""
