"""Faults at random: the main job while everything around it fails, checked against a run without faults."""
