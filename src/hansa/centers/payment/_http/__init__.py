"""Payment's routes: a payer looks at a payment, a provider calls back, the operator holds statements to the books."""

from hansa.centers.payment._http import odd_amounts, payments, refunds, statements

ROUTES = (*payments.ROUTES, *refunds.ROUTES, *odd_amounts.ROUTES, *statements.ROUTES)
