"""Between the network and the application: connections, refusals, the log, a lost index."""
