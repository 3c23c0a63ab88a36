import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.List;
import org.apache.tomcat.jdbc.pool.DataSource;
import org.apache.tomcat.jdbc.pool.PoolProperties;

/**
 * Pools of Tomcat's jdbc-pool, which go by the server's clock. Requests, one a line, each answered by "ok": "open ADDRESS
 * SIZE LIFETIME" in ms, "look" lets the pools look after their idle connections, as their timers do.
 */
public class TomcatPools {
  private static final List<DataSource> POOLS = new ArrayList<>();

  private static void open(String address, int size, long lifetime) throws Exception {
    var properties = new PoolProperties();
    properties.setUrl(System.getenv("JDBC_URL") + "?localSocketAddress=" + address);
    properties.setDriverClassName("org.postgresql.Driver");
    properties.setUsername(System.getenv("PGUSER"));
    properties.setInitialSize(size);
    properties.setMinIdle(size);
    properties.setMaxIdle(size);
    properties.setMaxActive(size);
    properties.setMaxAge(lifetime);
    var pool = new DataSource(properties);
    pool.createPool();
    POOLS.add(pool);
  }

  private static void look() {
    for (var pool : POOLS) {
      pool.getPool().testAllIdle(true);
      pool.getPool().checkIdle();
    }
  }

  public static void main(String[] args) throws Exception {
    var input = new BufferedReader(new InputStreamReader(System.in));
    for (String request = input.readLine(); request != null; request = input.readLine()) {
      var words = request.split(" ");
      switch (words[0]) {
        case "open" -> open(words[1], Integer.parseInt(words[2]), Long.parseLong(words[3]));
        case "look" -> look();
        default -> throw new IllegalArgumentException(request);
      }
      System.out.println("ok");
    }
    System.exit(0);
  }
}
