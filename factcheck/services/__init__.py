"""Every write of this app: one function each."""
