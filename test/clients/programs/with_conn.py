"""Believes that `with` closes a connection: it ends the transaction only."""
import sys
from contextlib import closing

import psycopg2
from serve import answer_requests

close = '--closing' in sys.argv
accounts = {}


class Account:
    """What one customer sees."""

    def __init__(self):
        self.conn = psycopg2.connect('')

    def unpaid(self):
        with self.conn as conn, conn.cursor() as cur:
            return count_unpaid(cur)


def count_unpaid(cur):
    cur.execute('SELECT count(*) FROM orders WHERE paid = %s', (False,))
    return cur.fetchone()[0]


def handle(customer):
    if close:
        with closing(psycopg2.connect('')) as conn, conn, conn.cursor() as cur:
            return count_unpaid(cur)
    if customer not in accounts:
        accounts[customer] = Account()
    return accounts[customer].unpaid()


answer_requests(handle)
