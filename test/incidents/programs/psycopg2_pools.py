"""
Pools of psycopg2, one for each role. Each line of input is a request, answered by "ok": "pool ROLE COUNT" opens a pool with
so many connections, "use ROLE COUNT" borrows so many at once, commits and gives them back, "leave ROLE COUNT" borrows so
many and leaves their transactions open.
"""
import os
import sys

from psycopg2.pool import ThreadedConnectionPool

host, port = (os.environ[name] for name in ('PGHOST', 'PGPORT'))
pools = {}
left = []
for request in sys.stdin:
    what, role, count = request.split()
    if what == 'pool':
        pools[role] = ThreadedConnectionPool(
            int(count), 40, user=role, host=host, port=port, dbname='postgres',
            application_name=os.environ.get('PGAPPNAME', ''),
        )
    else:
        lent = [pools[role].getconn() for _ in range(int(count))]
        for connection in lent:
            connection.cursor().execute('SELECT relname FROM pg_class WHERE relpages > 2')
        if what == 'leave':
            left += lent
        else:
            for connection in lent:
                connection.commit()
                pools[role].putconn(connection)
    print('ok', flush=True)
