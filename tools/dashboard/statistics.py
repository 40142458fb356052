"""CloudWatch's statistics, and the metric math that a dashboard of ours may use."""

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Final

type Points = Mapping[int, float]
"""A value for each period that has one, by its number."""

_NAMED: Final[Mapping[str, Callable[[Sequence[float]], float]]] = {
    "Sum": sum,
    "Maximum": max,
    "Minimum": min,
    "SampleCount": len,
    "Average": lambda values: sum(values) / len(values),
}

_OPERATORS: Final[Mapping[type[ast.operator], Callable[[float, float], float]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def statistic(name: str, values: Sequence[float]) -> float:
    """*name* of *values*, of which there is at least one: a sum, or a percentile such as `p95`.

    Raises:
        ValueError: there is no such statistic here.
    """
    if name in _NAMED:
        return _NAMED[name](values)
    if name.startswith("p") and name[1:].replace(".", "", 1).isdigit():
        return _percentile(float(name[1:]) / 100, sorted(values))
    raise ValueError(f"statistic {name}; known: {', '.join(_NAMED)}, and percentiles such as p95")


def _percentile(share: float, ordered: Sequence[float]) -> float:
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def calculated(expression: str, by_id: Mapping[str, Points], periods: int) -> Points:
    """The value of a metric math *expression* in each period where all that it needs has one.

    Raises:
        ValueError: it uses something that is not known here.
    """
    return _value(ast.parse(expression, mode="eval").body, by_id, periods)


def _value(node: ast.expr, by_id: Mapping[str, Points], periods: int) -> Points:
    match node:
        case ast.Constant(value=int() | float() as number):
            return dict.fromkeys(range(periods), float(number))
        case ast.Name(id=name) if name in by_id:
            return by_id[name]
        case ast.Call(func=ast.Name(id="FILL"), args=[filled, ast.Constant(value=int() | float() as number)]):
            return dict.fromkeys(range(periods), float(number)) | dict(_value(filled, by_id, periods))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _combined(_OPERATORS[type(op)], _value(left, by_id, periods), _value(right, by_id, periods))
    raise ValueError(f"{ast.unparse(node)}; known: + - * / and FILL of {', '.join(by_id) or 'nothing'}")


def _combined(operate: Callable[[float, float], float], left: Points, right: Points) -> Points:
    """Nothing where one of the two has nothing, nor where it is divided by zero."""
    both = sorted(left.keys() & right.keys())
    return {
        number: operate(left[number], right[number])
        for number in both
        if operate is not operator.truediv or right[number]
    }
