"""Takes a connection out of the pool for each request, and puts none back."""
import sys

from psycopg2.pool import ThreadedConnectionPool
from serve import answer_requests

put_back = '--putconn' in sys.argv
pool = ThreadedConnectionPool(2, 100, '')


def handle(_request):
    conn = pool.getconn()
    try:
        with conn, conn.cursor() as cur:
            cur.execute('SELECT count(*) FROM orders WHERE paid = %s', (False,))
            cur.fetchone()
    finally:
        if put_back:
            pool.putconn(conn)


answer_requests(handle)
