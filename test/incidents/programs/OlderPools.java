import com.mchange.v2.c3p0.ComboPooledDataSource;
import com.mchange.v2.resourcepool.ResourcePool;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.apache.commons.dbcp2.BasicDataSource;
import org.apache.commons.pool2.impl.GenericObjectPool;

/**
 * Pools of Commons DBCP or c3p0, which go by the server's clock. Requests, one a line, each answered by "ok": "open KIND
 * ADDRESS SIZE LIFETIME" in ms, "look" lets the pools look after their idle connections, as their timers do, "use COUNT"
 * borrows so many connections of each pool at once.
 */
public class OlderPools {
  private interface Look {
    void run() throws Exception;
  }

  private static final List<DataSource> POOLS = new ArrayList<>();
  private static final List<Look> LOOKS = new ArrayList<>();

  private static String url(String address) {
    return System.getenv("JDBC_URL") + "?connectTimeout=0&localSocketAddress=" + address;
  }

  private static void openDbcp(String address, int size, long lifetime) throws Exception {
    var pool = new BasicDataSource();
    pool.setUrl(url(address));
    pool.setUsername(System.getenv("PGUSER"));
    pool.setInitialSize(size);
    pool.setMinIdle(size);
    pool.setMaxIdle(size);
    pool.setMaxTotal(size);
    pool.setMaxConnLifetimeMillis(lifetime);
    pool.setLogExpiredConnections(false);
    pool.setNumTestsPerEvictionRun(size);
    // As with the default it is only looked at when it is borrowed, a pool at rest would keep its first connections.
    pool.setTestWhileIdle(true);
    pool.start();
    POOLS.add(pool);
    var inner = (GenericObjectPool<?>) field(pool, "connectionPool", null);
    LOOKS.add(
        () -> {
          inner.evict();
          inner.preparePool();
        });
  }

  private static void openC3p0(String address, int size, long lifetime) throws Exception {
    var pool = new ComboPooledDataSource();
    pool.setJdbcUrl(url(address));
    pool.setUser(System.getenv("PGUSER"));
    pool.setPassword("");
    pool.setInitialPoolSize(size);
    pool.setMinPoolSize(size);
    pool.setMaxPoolSize(size);
    pool.setMaxConnectionAge((int) (lifetime / 1_000));
    POOLS.add(pool);
    borrow(pool, size);
    var resources = (ResourcePool) field(field(pool, "poolManager", "getPool"), "rp", null);
    var cull = (Runnable) field(resources, "cullTask", null);
    LOOKS.add(
        () -> {
          cull.run();
          while (resources.getAvailableCount() < size) Thread.sleep(2);
        });
  }

  /** A private field of an object, or what this method of the field's value returns. */
  private static Object field(Object of, String name, String method) throws Exception {
    for (Class<?> type = of.getClass(); type != null; type = type.getSuperclass())
      for (var field : type.getDeclaredFields())
        if (field.getName().equals(name)) {
          field.setAccessible(true);
          var value = field.get(of);
          return method == null ? value : value.getClass().getMethod(method).invoke(value);
        }
    throw new IllegalStateException(of.getClass() + " has no " + name);
  }

  private static void borrow(DataSource pool, int count) throws Exception {
    var borrowed = new ArrayList<Connection>();
    for (int at = 0; at < count; at += 1) borrowed.add(pool.getConnection());
    for (var connection : borrowed) {
      try (var statement = connection.createStatement()) {
        statement.execute("SELECT count(*) FROM pg_class");
      }
      connection.close();
    }
  }

  private static void open(String kind, String address, int size, long lifetime) throws Exception {
    switch (kind) {
      case "dbcp" -> openDbcp(address, size, lifetime);
      case "c3p0" -> openC3p0(address, size, lifetime);
      default -> throw new IllegalArgumentException(kind);
    }
  }

  public static void main(String[] args) throws Exception {
    var input = new BufferedReader(new InputStreamReader(System.in));
    for (String request = input.readLine(); request != null; request = input.readLine()) {
      var words = request.split(" ");
      switch (words[0]) {
        case "open" -> open(words[1], words[2], Integer.parseInt(words[3]), Long.parseLong(words[4]));
        case "look" -> {
          for (var look : LOOKS) look.run();
        }
        case "use" -> {
          for (var pool : POOLS) borrow(pool, Integer.parseInt(words[1]));
        }
        default -> throw new IllegalArgumentException(request);
      }
      System.out.println("ok");
    }
    System.exit(0);
  }
}
