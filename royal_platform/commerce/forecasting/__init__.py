"""Forecasting: how much of each variant will be asked for, and how sure that is."""
