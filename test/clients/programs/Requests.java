import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.sql.SQLException;

/** Each line of input is a request, and one line of output answers it. The program ends with its input. */
final class Requests {
  interface Handler {
    void handle(String request) throws Exception;
  }

  static void answer(Handler handler) throws IOException {
    var input = new BufferedReader(new InputStreamReader(System.in));
    for (String request = input.readLine(); request != null; request = input.readLine()) {
      try {
        handler.handle(request);
        System.out.println("ok");
      } catch (Exception error) {
        System.out.println("failed " + worded(error));
      }
    }
    System.exit(0);
  }

  /** The first line of each, from what was thrown to what began it. */
  private static String worded(Throwable error) {
    var code = error instanceof SQLException sql && sql.getSQLState() != null ? " " + sql.getSQLState() : "";
    var text = error.getClass().getSimpleName() + code + ": " + String.valueOf(error.getMessage()).lines().findFirst().orElse("");
    return error.getCause() == null ? text : text + " | " + worded(error.getCause());
  }
}
