"""From files to a report: inputs, the checker, corrections, and workers."""
