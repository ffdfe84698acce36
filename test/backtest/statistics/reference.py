"""What empyrical and quantstats make of returns: curves as JSON on standard input, figures on standard output."""

import json
import sys
import warnings

import empyrical
import pandas
from quantstats import stats as quantstats

warnings.simplefilter("ignore")


def figures(curve):
    """By the name of our figure, what each of the two says, in percent where ours is."""
    days = pandas.to_datetime(curve["days"])
    returns = pandas.Series(curve["returns"], index=days)
    hold = pandas.Series(curve["hold"], index=days)
    periods = curve["periods"]
    every = {"annualization": periods}
    greeks = quantstats.greeks(returns, hold, periods=periods)
    pivot = quantstats.monthly_returns(returns, eoy=False)
    months = [f"{day:%Y-%m}" for day in days]
    names = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
    listed = sorted(set(months))
    return {
        "figures": {
            "returnPct": [100 * empyrical.cum_returns_final(returns), 100 * quantstats.comp(returns)],
            "buyHoldReturnPct": [100 * empyrical.cum_returns_final(hold), 100 * quantstats.comp(hold)],
            "annualReturnPct": [
                100 * empyrical.annual_return(returns, **every),
                100 * quantstats.cagr(returns, periods=periods),
            ],
            "annualVolatilityPct": [
                100 * empyrical.annual_volatility(returns, **every),
                100 * quantstats.volatility(returns, periods=periods),
            ],
            "sharpe": [empyrical.sharpe_ratio(returns, **every), quantstats.sharpe(returns, periods=periods)],
            "sortino": [empyrical.sortino_ratio(returns, **every), quantstats.sortino(returns, periods=periods)],
            "calmar": [empyrical.calmar_ratio(returns, **every), quantstats.calmar(returns, periods=periods)],
            "omega": [empyrical.omega_ratio(returns), quantstats.omega(returns)],
            "maxDrawdownPct": [100 * empyrical.max_drawdown(returns), 100 * quantstats.max_drawdown(returns)],
            # quantstats does not compound
            "alphaPct": [
                100 * empyrical.alpha(returns, hold, **every),
                100 * ((1 + greeks["alpha"] / periods) ** periods - 1),
            ],
            "beta": [empyrical.beta(returns, hold), greeks["beta"]],
            "ulcerIndexPct": [100 * quantstats.ulcer_index(returns)],
            "tailRatio": [empyrical.tail_ratio(returns), quantstats.tail_ratio(returns)],
            # that of quantstats is of a normal distribution
            "var95Pct": [100 * empyrical.value_at_risk(returns)],
            "cvar95Pct": [
                100 * empyrical.conditional_value_at_risk(returns),
                100 * quantstats.conditional_value_at_risk(returns, method="historical"),
            ],
            "skew": [quantstats.skew(returns)],
            "excessKurtosis": [quantstats.kurtosis(returns)],
        },
        "monthly": {
            "empyrical": dict(zip(listed, (100 * empyrical.aggregate_returns(returns, "monthly")).tolist())),
            "quantstats": {
                month: 100 * float(pivot.loc[month[:4], names[int(month[5:]) - 1]]) for month in listed
            },
        },
    }


json.dump([figures(curve) for curve in json.load(sys.stdin)], sys.stdout, default=float)
