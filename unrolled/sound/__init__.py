"""What can be heard: MIDI files, players in the notebook, samples."""
