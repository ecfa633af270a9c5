"""What happens, in figures: events, percentiles, and logs that hold neither keys nor code."""
