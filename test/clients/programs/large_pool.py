"""A pool that opens at once as many connections as it may ever need. A request says how many it needs at once."""
import sys

from psycopg2.pool import ThreadedConnectionPool
from serve import answer_requests

minconn, maxconn = (int(each) for each in sys.argv[1:3])
pool = None


def handle(request):
    global pool
    if request == 'open':
        pool = ThreadedConnectionPool(minconn, maxconn, '')
        return
    taken = [pool.getconn() for _ in range(min(int(request), maxconn))]
    try:
        for conn in taken:
            with conn.cursor() as cur:
                cur.execute('SELECT count(*) FROM orders WHERE paid = %s', (False,))
                cur.fetchone()
            conn.commit()
    finally:
        for conn in taken:
            pool.putconn(conn)


answer_requests(handle)
