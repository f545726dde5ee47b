"""What sellers' own programs say is on hand: many rows at once, each with its own verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hansa.centers.inventory._rules import receiving as rules
from hansa.centers.inventory._rules.stock import Level, StockKey
from hansa.centers.inventory._service.moving import movement, open_and_lock, shown, write
from hansa.centers.inventory._service.reading import require_of_places
from hansa.centers.inventory.errors import CodeAmbiguous, CodeUnknown, PushedTwice, SkuNotFound
from hansa.centers.inventory.events import StockAdjusted
from hansa.centers.inventory.types import (
    NOTE_MAX,
    QUANTITY_MAX,
    Movement,
    MovementKind,
    MovementReason,
    PushOutcome,
    PushVerdict,
    StockPush,
)
from hansa.centers.place import api as place
from hansa.centers.product import api as product
from hansa.centers.product.types import SkuId
from hansa.kernel.context import Ctx
from hansa.kernel.problem import FieldError, Invalid, Problem
from hansa.kernel.texts import plain_errors

Named = SkuId | Problem


async def push_stock(ctx: Ctx, *, rows: Sequence[StockPush], note: str = "") -> list[PushVerdict]:
    """Set what is on hand to what a program says, row by row; one verdict each, in the order given.

    A row names its SKU by id, or by the code the place's shop gave it. One that cannot be set refuses itself
    alone. Less than orders were promised is set as low as it can be (`limited`), so that nothing more is sold.
    Safe to repeat. Needs `inventory.stock.adjust` in the shop of each place; raises `SkuNotFound` for a place
    that is not there, `Invalid`.
    """
    await require_of_places(ctx, "inventory.stock.adjust", {row.place_id for row in rows})
    if errors := _errors(rows, note):
        raise Invalid(*errors)
    named = await _name(ctx, rows)
    keys: dict[StockKey, int] = {}
    verdicts: list[PushVerdict | None] = []
    for at, (row, sku) in enumerate(zip(rows, named, strict=True)):
        refusal = sku if isinstance(sku, Problem) else None
        if not isinstance(sku, Problem):
            key: StockKey = (sku, row.place_id, ctx.traffic.value)
            if key in keys:
                refusal = PushedTwice(row=keys[key])
            else:
                keys[key] = at
        verdicts.append(PushVerdict(outcome=PushOutcome.REFUSED, problem=refusal) if refusal else None)
    async with ctx.transaction() as tx:
        levels = await open_and_lock(tx, keys.keys())
        moves = _moves(ctx, {key: rows[at] for key, at in keys.items()}, levels, note=note)
        await write(ctx, tx, levels, moves)
        for one in moves:
            tx.emit(ctx, StockAdjusted(sku_id=one.sku_id, place_id=one.place_id, difference=one.quantity))
    moved = {(one.sku_id, one.place_id) for one in moves}
    for key, at in keys.items():
        level = levels[key]
        outcome = PushOutcome.SET if key[:2] in moved else PushOutcome.UNCHANGED
        if level.on_hand != rows[at].on_hand:
            outcome = PushOutcome.LIMITED
        verdicts[at] = PushVerdict(outcome=outcome, level=shown(level))
    return [verdict for verdict in verdicts if verdict is not None]


def _moves(
    ctx: Ctx, wanted: Mapping[StockKey, StockPush], levels: Mapping[StockKey, Level], *, note: str
) -> list[Movement]:
    """Return what must be posted for locked rows to be as wanted; nothing for what is so already."""
    return [
        movement(
            ctx,
            sku_id=SkuId(key[0]),
            place_id=row.place_id,
            kind=MovementKind.ADJUSTED,
            quantity=difference,
            reason=MovementReason.PUSHED,
            note=note,
        )
        for key, row in wanted.items()
        if (difference := rules.settable(levels[key], row.on_hand) - levels[key].on_hand)
    ]


async def _name(ctx: Ctx, rows: Sequence[StockPush]) -> list[Named]:
    """Return the SKU of each row, or why there is none."""
    shops = await place.places(ctx, {row.place_id for row in rows})
    by_id = await product.skus(ctx, [row.sku_id for row in rows if row.sku_id is not None])
    codes = {
        (shop_id, row.code)
        for row in rows
        if row.code and (shop_id := shops[row.place_id].shop_id) is not None
    }
    by_code = await product.skus_by_code(ctx, codes) if codes else {}
    named: list[Named] = []
    for row in rows:
        shop_id = shops[row.place_id].shop_id
        found = by_code.get((shop_id, row.code), []) if shop_id is not None else []
        if row.sku_id is not None:
            named.append(row.sku_id if row.sku_id in by_id else SkuNotFound())
        elif len(found) == 1:
            named.append(found[0])
        else:
            named.append(CodeAmbiguous(code=row.code) if found else CodeUnknown(code=row.code))
    return named


def _errors(rows: Sequence[StockPush], note: str) -> list[FieldError]:
    errors = rules.batch_errors("rows", len(rows)) + plain_errors(
        "note", note, length_max=NOTE_MAX, required=False
    )
    for at, row in enumerate(rows):
        if not 0 <= row.on_hand <= QUANTITY_MAX:
            errors.append(FieldError(f"rows.{at}.on_hand", "range", f"From 0 to {QUANTITY_MAX}"))
        if (row.sku_id is None) is (row.code == ""):
            errors.append(FieldError(f"rows.{at}", "one_of", "Name the SKU by its id or by your code for it"))
        errors += plain_errors(f"rows.{at}.code", row.code, length_max=200, required=False)
    return errors
