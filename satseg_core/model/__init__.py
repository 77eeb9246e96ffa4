"""The network, the model file with its card, and the runtimes that execute it."""
