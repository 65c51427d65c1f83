"""Where people and machines come in: the command line now, worker, collector and console later."""
