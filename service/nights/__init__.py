"""Made-up nights in the true format of the telegrams, the same for the same seed: for simulations, benchmarks, tests.

Each telegram comes with what it says in plain values, so that a result can be checked without reading it.
"""
