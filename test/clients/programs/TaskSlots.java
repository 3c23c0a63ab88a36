import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** A streaming job: each task slot opens a sink, and each sink a pool of its own. */
public class TaskSlots {
  private static final class OrdersSink {
    private final HikariDataSource pool;

    OrdersSink() {
      var config = new HikariConfig();
      config.setJdbcUrl(System.getenv("JDBC_URL"));
      config.setUsername(System.getenv("PGUSER"));
      config.setPassword(System.getenv("PGPASSWORD"));
      config.setMaximumPoolSize(Integer.getInteger("maximumPoolSize", 10));
      var minimumIdle = Integer.getInteger("minimumIdle");
      if (minimumIdle != null) config.setMinimumIdle(minimumIdle);
      pool = new HikariDataSource(config);
    }

    /** One element of the stream. */
    void invoke() throws SQLException {
      try (var connection = pool.getConnection()) {
        count(connection);
      }
    }

    /** A burst of elements: all of the pool at once. */
    void flush() throws SQLException {
      var taken = new ArrayList<Connection>();
      try {
        for (int at = 0; at < pool.getMaximumPoolSize(); at += 1) taken.add(pool.getConnection());
        for (var connection : taken) count(connection);
      } finally {
        for (var connection : taken) connection.close();
      }
    }

    private static void count(Connection connection) throws SQLException {
      try (var statement = connection.prepareStatement("SELECT count(*) FROM orders WHERE paid = ?")) {
        statement.setBoolean(1, false);
        statement.executeQuery().next();
      }
    }
  }

  public static void main(String[] args) throws Exception {
    List<OrdersSink> slots = new ArrayList<>();
    Requests.answer(request -> {
      switch (request) {
        case "open" -> slots.add(new OrdersSink());
        case "invoke" -> {
          for (var slot : slots) slot.invoke();
        }
        case "flush" -> {
          for (var slot : slots) slot.flush();
        }
        default -> throw new IllegalArgumentException(request);
      }
    });
  }
}
