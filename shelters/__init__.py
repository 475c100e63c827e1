"""Evacuation sites (指定緊急避難場所): a municipality's own list, what each site is safe from, which is open or full.

Owns reading such a list, keeping it, and which sites fit a warning. Never sends anybody: it only answers.
"""
