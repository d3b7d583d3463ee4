"""An explanation in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from memristive.diagnosis.attribution import Place
    from memristive.diagnosis.explain import Explanation

LITTLE = 0.5  # points that are not worth a sentence
MAJORITY = 0.6  # of an effect's cost that lies in one layer


def sentences(found: Explanation) -> list[str]:
    """What costs most, where, and what to try, each with its figure."""
    lost = found.digital - found.accuracy
    texts = []
    if found.shares and found.shares[0].share >= LITTLE:
        texts += _cause(found)
        texts += _remedy(found)
    elif lost >= LITTLE:
        texts.append(
            f"The crossbars themselves cost {lost:.1f} points, no effect by itself {LITTLE:g}: without any, "
            f"{found.ideal:.1f} % of the images are right."
        )
    else:
        texts.append(
            f"Nothing costs much: {found.accuracy:.1f} % of the images are right, digitally {found.digital:.1f} %."
        )
    others = [f"{one.name} {one.share:.1f}" for one in found.shares[1:] if one.share >= LITTLE]
    if others:
        texts.append(f"Further points are lost to {', '.join(others)}.")
    worst = max(found.layers, key=lambda one: one.cost, default=None)
    if worst is not None and worst.cost >= LITTLE:
        texts.append(
            f"The layer that costs most is {_named(worst.layer)}: alone on crossbars it loses {worst.only:.1f} points, "
            f"and {worst.but:.1f} are won with it digital."
        )
    texts += _signals(found)
    texts.append(
        f"All on {found.images:,} images: digital {found.digital:.1f} %, on crossbars without these effects "
        f"{found.ideal:.1f} %, with them {found.accuracy:.1f} %."
    )
    return texts


def _cause(found: Explanation) -> list[str]:
    first = found.shares[0]
    where = _mostly(found.places)
    place = f" in {_named(where.layer)}" if where else ""
    return [
        f"Most is lost to {first.name}{place}: {first.share:.1f} of {found.digital - found.accuracy:.1f} points. Alone "
        f"it leaves {found.ideal - first.alone:.1f} % of the images right; without it they are "
        f"{found.accuracy + first.without:.1f} % instead of {found.accuracy:.1f} %."
    ]


def _mostly(places: list[Place]) -> Place | None:
    """The layer in which most of a cost lies; None where it is spread, or there is one layer."""
    total = sum(max(0.0, place.cost) for place in places)
    worst = max(places, key=lambda place: place.cost, default=None)
    return worst if worst and len(places) > 1 and total > 0 and worst.cost >= MAJORITY * total else None


def _remedy(found: Explanation) -> list[str]:
    if not found.remedies:
        return []
    words, accuracy = max(found.remedies.items(), key=lambda pair: pair[1])
    gain = accuracy - found.accuracy
    if gain < LITTLE:
        tried = ", ".join(found.remedies)
        return [f"Tried without a gain: {tried}."]
    return [f"Worth trying: {words}, which brings {accuracy:.1f} %, {gain:.1f} points more."]


def _signals(found: Explanation) -> list[str]:
    texts = []
    if scaled := [one for one in found.signals if abs(one.slope - 1) > 0.2]:
        layers = ", ".join(f"{one.layer or 'the only one'} {one.slope:.2f}" for one in scaled)
        texts.append(f"Lines that no longer fit, with what their layers put out for 1 of the digital layer: {layers}.")
    if clipped := [one for one in found.signals if one.clipped > 0.05]:
        layers = ", ".join(f"{one.layer or 'the only one'} {100 * one.clipped:.0f} %" for one in clipped)
        texts.append(f"Layers whose sums exceed their converters' ranges, with the share that does: {layers}.")
    if limited := [one for one in found.signals if one.inputs_scaled > 0.05]:
        layers = ", ".join(f"{one.layer or 'the only one'} {100 * one.inputs_scaled:.0f} %" for one in limited)
        texts.append(
            f"Layers whose inputs exceed the largest voltage and are scaled, with the share of images: {layers}."
        )
    return texts


def _named(layer: str) -> str:
    return f"layer {layer}" if layer else "the network's only layer"
