"""Labelled scenes: finding them, reading them by window, and drawing crops to train on."""
