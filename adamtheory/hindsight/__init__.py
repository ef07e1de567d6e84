"""What is known after the rounds: the best fixed point, exact or with a certified gap, the regret, and how it grows."""
