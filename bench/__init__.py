"""Benchmarks: `make bench`. Every one measures the portal and its baseline side by side in one run.

A benchmark is a module `bench_<what>.py` with `run() -> list[Result]`; `__main__` finds it.
"""
