"""Stock: what there is of each SKU at each place, and what of it is spoken for.

Owns: stock rows by (SKU, place, traffic class) with how far they may be sold, holds by (SKU, order, place),
the movements that explain every change of what is on hand, goods on the way from place to place, and the sheets on which places are counted.
Never does: know prices, orders or money. An order is an id to it; trade says what becomes of it.

Invariants, kept by the database itself:
- held + allocated never exceed on hand and what may be promised beyond it, and none is ever negative: nothing is
  sold twice;
- a hold moves only held -> allocated -> shipped, or back (released) from held and allocated;
- goods on the way move only sent -> received | recalled, and what came otherwise has a reason;
- movements and counts are append-only; a stocktake is open -> approved | cancelled, one per place at a time.
And held by every statement, audited by `hansa verify`:
- a stock row's held and allocated are the sums of its holds in those states;
- on hand is the sum of its movements;
- what is on the way has left one place and come to no other: nothing of it is sold.

An order's holds are taken whole or not at all. All changes of a hold happen under the lock of its stock
row, so holds need no locks of their own.
"""
