import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Pools of HikariCP whose lifetimes run on the server's clock: HikariCP takes an executor for its timers, and this one goes
 * by the file that is the clock, and sets it ahead to the next timer. Requests, one a line, each answered by "ok":
 * "open ADDRESS SIZE LIFETIME" in ms, "run MS" lets so much time pass, "use COUNT" borrows so many connections of each pool
 * one after the other.
 */
public class HikariAtRest {
  private static final class Timer extends FutureTask<Void> implements RunnableScheduledFuture<Void> {
    final long dueAt;

    Timer(Runnable task, long dueAt) {
      super(task, null);
      this.dueAt = dueAt;
    }

    @Override
    public boolean isPeriodic() {
      return false;
    }

    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(dueAt, TimeUnit.MILLISECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(dueAt, ((Timer) other).dueAt);
    }
  }

  /** What repeats (the housekeeper, which compares with the real clock) stays in real time. */
  private static final class ServerTime extends ScheduledThreadPoolExecutor {
    final PriorityQueue<Timer> timers = new PriorityQueue<>();

    ServerTime() {
      super(1);
    }

    @Override
    public synchronized ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
      var timer = new Timer(task, now() + unit.toMillis(delay));
      timers.add(timer);
      return timer;
    }

    synchronized Timer nextUntil(long end) {
      var next = timers.peek();
      return next == null || next.dueAt > end ? null : timers.poll();
    }
  }

  private static final Path CLOCK = Path.of(System.getenv("CLOCK_FILE"));
  private static final ServerTime TIME = new ServerTime();
  private static final List<HikariDataSource> POOLS = new ArrayList<>();

  private static long now() {
    try {
      return System.currentTimeMillis() + Math.round(Double.parseDouble(Files.readString(CLOCK).trim()) * 1_000);
    } catch (java.io.IOException error) {
      throw new java.io.UncheckedIOException(error);
    }
  }

  private static void setTo(long moment) throws Exception {
    if (moment <= now()) return;
    var next = CLOCK.resolveSibling("clock.java");
    Files.writeString(next, String.format(java.util.Locale.ROOT, "%+.3f%n", (moment - System.currentTimeMillis()) / 1_000.0));
    Files.move(next, CLOCK, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void open(String address, int size, long lifetime) throws Exception {
    var config = new HikariConfig();
    config.setJdbcUrl(System.getenv("JDBC_URL") + "?localSocketAddress=" + address);
    config.setUsername(System.getenv("PGUSER"));
    config.setPassword(System.getenv("PGPASSWORD"));
    config.setMaximumPoolSize(size);
    config.setMaxLifetime(lifetime);
    config.setScheduledExecutor(TIME);
    POOLS.add(new HikariDataSource(config));
    untilFull();
  }

  private static void untilFull() throws Exception {
    for (var pool : POOLS)
      while (pool.getHikariPoolMXBean() == null || pool.getHikariPoolMXBean().getTotalConnections() < pool.getMaximumPoolSize())
        Thread.sleep(1);
  }

  private static void run(long ms) throws Exception {
    long end = now() + ms;
    for (var timer = TIME.nextUntil(end); timer != null; timer = TIME.nextUntil(end)) {
      if (timer.isCancelled()) continue;
      setTo(timer.dueAt);
      timer.run();
      untilFull();
    }
    setTo(end);
  }

  private static void use(int count) throws Exception {
    for (var pool : POOLS)
      for (int at = 0; at < count; at += 1)
        try (var connection = pool.getConnection(); var statement = connection.createStatement()) {
          statement.execute("SELECT count(*) FROM pg_class");
        }
  }

  public static void main(String[] args) throws Exception {
    var input = new BufferedReader(new InputStreamReader(System.in));
    for (String request = input.readLine(); request != null; request = input.readLine()) {
      var words = request.split(" ");
      switch (words[0]) {
        case "open" -> open(words[1], Integer.parseInt(words[2]), Long.parseLong(words[3]));
        case "run" -> run(Long.parseLong(words[1]));
        case "use" -> use(Integer.parseInt(words[1]));
        default -> throw new IllegalArgumentException(request);
      }
      System.out.println("ok");
    }
    System.exit(0);
  }
}
