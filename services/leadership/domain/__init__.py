"""Rules of signals, suggestions, consent and nominations: plain Python."""
