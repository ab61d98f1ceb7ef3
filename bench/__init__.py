"""Benchmarks: each times our way against a named peer in one run and prints the ratio.

Machines are shared and noisy: read the ratios, not the seconds.
"""
