"""What a request will cost, before it is made. Micro-dollars throughout."""

from __future__ import annotations

from functools import lru_cache

from pointsman.core.types import Deployment, Price, Usage
from pointsman.strategy.plan import Profile
from pointsman.strategy.rows import Slot

_VENDORS = ("anthropic", "openai")


def expected(profile: Profile, price: Price) -> int:
    """The cost of a request with the profile's estimated tokens, none of them cached: an upper bound for those counts."""
    return price.cost(Usage(profile.input_tokens, profile.output_tokens))


def price_of(deployment: Deployment, slot: Slot) -> Price:
    """The price of one deployment, so that an unknown price never counts as free.

    That is the one in config.toml; else nothing, on this machine or at an endpoint that needs no key; else the vendor's list
    price of that model id; else the slot's own.
    """
    if deployment.price != Price():
        return deployment.price
    if deployment.local or deployment.key is None:
        return Price()
    return list_price(deployment.provider, deployment.model) or slot.price


@lru_cache(maxsize=256)
def list_price(provider: str, model: str) -> Price | None:
    """What genai-prices knows of a vendor's model id at a short prompt; None where it knows nothing.

    The first call imports genai-prices (about 0.1 s), later ones cost nothing: it reads its own table and no network.
    """
    if provider not in _VENDORS or not model:
        return None
    from genai_prices import Usage as Tokens
    from genai_prices import calc_price

    def cost(tokens: Tokens) -> int:
        return round(calc_price(tokens, model, provider_id=provider).total_price * 1_000_000_000)

    # Asked for a thousand tokens, because some models cost more a token in a long prompt: this is the base price.
    try:
        return Price(
            input=cost(Tokens(input_tokens=1_000)),
            output=cost(Tokens(output_tokens=1_000)),
            cached=cost(Tokens(input_tokens=1_000, cache_read_tokens=1_000)),
        )
    except LookupError:
        return None
