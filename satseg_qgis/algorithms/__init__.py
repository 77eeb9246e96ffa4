"""The Processing algorithms, one a file: thin adapters from parameters to the engine's command line."""
