import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;

/** Takes a connection out of the pool for each request, and closes none. */
public class NeverClosed {
  public static void main(String[] args) throws Exception {
    var config = new HikariConfig();
    config.setJdbcUrl(System.getenv("JDBC_URL"));
    config.setUsername(System.getenv("PGUSER"));
    config.setPassword(System.getenv("PGPASSWORD"));
    config.setMaximumPoolSize(Integer.getInteger("maximumPoolSize", 100));
    config.setMinimumIdle(Integer.getInteger("minimumIdle", 0));
    config.setConnectionTimeout(Integer.getInteger("connectionTimeout", 1_000));
    var pool = new HikariDataSource(config);
    boolean close = Boolean.getBoolean("close");

    Requests.answer(request -> {
      if (close) {
        try (var connection = pool.getConnection()) {
          count(connection);
        }
      } else {
        count(pool.getConnection());
      }
    });
  }

  private static void count(Connection connection) throws SQLException {
    try (var statement = connection.prepareStatement("SELECT count(*) FROM orders WHERE paid = ?")) {
      statement.setBoolean(1, false);
      statement.executeQuery().next();
    }
  }
}
