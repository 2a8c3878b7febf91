"""The demonstration: the main job of the product, from a file of trainees to the first leaders, in about a minute."""
