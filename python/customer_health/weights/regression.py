"""Coefficients of the dimensions in one model of retention."""

import numpy as np

from customer_health.weights.sample import Sample


def standardised(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give scores with mean 0 and deviation 1 over known rows, unknown ones 0, and the deviations.

    Every column must vary.
    """
    z = scores - np.nanmean(scores, axis=0)
    deviations = np.sqrt(np.nanmean(z * z, axis=0))
    return np.nan_to_num(z / deviations), deviations


def coefficients(sample: Sample, which: np.ndarray, ridge_penalty: float) -> np.ndarray:
    """Ridge logistic regression of retention on scores, no coefficient below 0.

    Minimises, over standardised scores, (accounts x mean log-loss of rows) + penalty / 2 x (sum of
    squared coefficients); the intercept is free. Better scores cannot count against retention: with
    dimensions that go together, an unbounded fit likes to set one against another.

    Args:
        sample: Observations with at least one churned and one retained.
        which: Mask of the dimensions to use; their scores must vary.
        ridge_penalty: See `FitSettings`.

    Returns:
        Change in log-odds of retention per point of score, per dimension, NaN if not used.
    """
    result = np.full(len(which), np.nan)
    if not which.any():
        return result

    from scipy.optimize import minimize  # here: a build with nothing to fit shall not load it
    from scipy.special import expit

    z, deviations = standardised(sample.scores[:, which])
    retained = sample.is_retained
    pull = ridge_penalty / sample.n_accounts

    def loss_and_slope(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        intercept, betas = parameters[0], parameters[1:]
        log_odds = intercept + z @ betas
        loss = (np.logaddexp(0, log_odds) - retained * log_odds).mean()
        error = (expit(log_odds) - retained) / len(retained)
        slope = np.concatenate([[error.sum()], error @ z + pull * betas])
        return loss + pull / 2 * betas @ betas, slope

    share = retained.mean()
    start = np.concatenate([[np.log(share / (1 - share))], np.zeros(z.shape[1])])
    bounds = [(None, None)] + [(0, None)] * z.shape[1]
    tight = {"ftol": 1e-14, "gtol": 1e-9, "maxiter": 1000}
    fit = minimize(loss_and_slope, start, jac=True, method="L-BFGS-B", bounds=bounds, options=tight)
    result[which] = fit.x[1:] / deviations
    return result
