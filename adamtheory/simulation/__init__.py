"""Running optimizers: loss sequences, lanes, the driver of the kernels, what it returns, and updates of whole arrays.

What to use when: `simulate` plays an optimizer against a loss sequence; `sequences.sequence` gives a loss its data and
dimension; `ArrayOptimizer` updates an array of one's own in place.
"""
