"""Inventory's routes: buyers see what is there, sellers take goods in, correct, count and look back."""

from hansa.centers.inventory._http import counting, setting, stock, transferring

ROUTES = (*stock.ROUTES, *setting.ROUTES, *counting.ROUTES, *transferring.ROUTES)
