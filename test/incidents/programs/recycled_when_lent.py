"""
An engine of SQLAlchemy with `pool_recycle`, which goes by the server's clock. Each line of input is a request, answered by
"ok": how many connections to borrow at once, use, and give back.
"""
import os
import sys

from sqlalchemy import create_engine, text

size, recycle = int(sys.argv[1]), int(sys.argv[2])
user, host, port = (os.environ[name] for name in ('PGUSER', 'PGHOST', 'PGPORT'))
engine = create_engine(
    f'postgresql+psycopg2://{user}@{host}:{port}/postgres',
    pool_size=size,
    max_overflow=0,
    pool_recycle=recycle,
    connect_args={'application_name': os.environ.get('PGAPPNAME', '')},
)
for request in sys.stdin:
    lent = [engine.connect() for _ in range(int(request))]
    for connection in lent:
        connection.execute(text('SELECT count(*) FROM pg_class'))
        connection.close()
    print('ok', flush=True)
