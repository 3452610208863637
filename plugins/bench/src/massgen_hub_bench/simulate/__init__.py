"""Simulated electorates: agents that answer, judge, refine and fail by a stated model. No language model is run.

The model: an agent is right where sqrt(rho) U + sqrt(1 - rho) e < probit(p), with a U that all agents share; a wrong
answer is the question's attractor with probability c, else one of the others; a voter's utility of a candidate is d for
a right one, s for one that says what it said itself, b for its own, pi for the top of the list down to -pi for its end,
plus Gumbel noise, so that a choice is a softmax and a ranking Plackett-Luce.
"""
