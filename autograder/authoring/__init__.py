"""From sources to what is handed out and compared with: scripts to notebooks, oracles to cases, a whole notebook
run.
"""
