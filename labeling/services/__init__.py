"""Every write of the labeling app, one function each."""
