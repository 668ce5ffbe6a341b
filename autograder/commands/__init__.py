"""What an instructor types: one command a module, which reads its arguments, calls the rooms below and shows
what came of it.
"""
