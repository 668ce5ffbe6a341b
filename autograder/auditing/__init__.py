"""The graders tried on answers of which it is known whether they are right: mutants, mistakes, paraphrases and
stubs.
"""
