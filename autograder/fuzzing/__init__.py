"""Submissions and answers as nobody would write them, made by chance: the engine must come through them all."""
