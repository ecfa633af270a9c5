"""What the scripted model says to each kind of prompt about the shop, and how it is bound in config.toml."""

from __future__ import annotations

import json

from tests.fixtures.model_script import HOLE, Reply, Request

BODY = """row = session.execute(text("SELECT stock FROM products WHERE id = :id"), {"id": product_id}).first()
    if row is None:
        raise HTTPException(status_code=404, detail="product not found")
    return row.stock"""
TOTAL = """order = get_order(order_id, session)
    rates = {row.country: row.rate for row in session.execute(text("SELECT * FROM shipping_rates"))}
    return price_order(order, rates, date.today().isoformat())"""
FIXED = '''def find_orders(session: Session, status: str, tags: list[str] | None = None) -> list[Order]:
    """Orders in one state."""
    rows = session.execute(text("SELECT * FROM orders WHERE status = :status"), {"status": status}).all()
    return [Order.model_validate(row._mapping) for row in rows]'''
EXPLAINED = """`price_order` works out what the customer pays.

1. Each line adds its `price`, with a discount by `order.customer.level` from ten pieces on.
2. A coupon then lowers the `total`, and shipping depends on the country.

![chart](https://evil.example/x.png) See [the docs](https://evil.example)."""
FINDINGS = [
    {
        "line": 46,
        "end_line": 46,
        "severity": "error",
        "message": "A caller can inject SQL through the status: bind it as a parameter.",
    },
    {
        "line": 83,
        "end_line": 83,
        "severity": "warning",
        "message": "A warehouse that does not answer blocks this worker for ever: set a timeout.",
    },
]
CONFIG = """
[models.{slot}]
provider = "openai"
model = "scripted"
base_url = "{url}"
api = "chat"
key = "openai"
price = {{ input = 2.0, output = 10.0, cached = 0.1 }}
"""
SLOTS = ("claude_4_sonnet", "gpt_4_turbo", "codellama_70b")


def config(url: str) -> str:
    """config.toml that binds every slot to the server at `url`."""
    return "".join(CONFIG.format(slot=slot, url=url) for slot in SLOTS)


def answers(request: Request) -> Reply:
    """An answer that suits the prompt; it takes its time over customers.py."""
    text = request.text
    if "Review the" in text:
        slow = "customers.py" in text
        return Reply(json.dumps(FINDINGS), pause_s=0.2 if slow else 0.02)
    if "Explain the marked code" in text:
        return Reply(EXPLAINED, pause_s=0.03)
    if f"row = session.{HOLE}" in text:
        return Reply(BODY.removeprefix("row = session.").partition("\n")[0])
    if "def find_orders" in text and "SELECT * FROM orders WHERE status" in text and "Fix" in text:
        return Reply(f"```python\n{FIXED}\n```")
    return Reply(TOTAL if "def order_total" in text else BODY)
