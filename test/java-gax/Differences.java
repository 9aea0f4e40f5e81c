import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.longrunning.OperationFuture;
import com.google.api.gax.longrunning.OperationTimedPollAlgorithm;
import com.google.api.gax.retrying.RetrySettings;
import com.google.api.gax.rpc.ApiException;
import com.google.cloud.redis.v1.CloudRedisClient;
import com.google.cloud.redis.v1.CloudRedisSettings;
import com.google.cloud.redis.v1.CreateInstanceRequest;
import com.google.cloud.redis.v1.Instance;
import com.google.cloud.redis.v1.OperationMetadata;
import com.google.protobuf.Message;
import io.grpc.ManagedChannelBuilder;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs Google's Java client against a server: java Differences.java PORT. Reads lines with the index of a situation and
 * the action of the caller, separated by a tab, and prints lines with the index and the result.
 */
public class Differences {
  private static final int PATIENCE_SECONDS = 5;

  private final CloudRedisClient client;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  private Differences(CloudRedisClient client) {
    this.client = client;
  }

  public static void main(String[] arguments) throws Exception {
    try (CloudRedisClient client = CloudRedisClient.create(settings("127.0.0.1:" + arguments[0]))) {
      Differences differences = new Differences(client);
      new BufferedReader(new InputStreamReader(System.in))
          .lines()
          .map(line -> line.split("\t"))
          .map(line -> CompletableFuture.supplyAsync(
              () -> line[0] + "\t" + differences.tell(line[0], line[1]), differences.threads))
          .toList()
          .forEach(result -> System.out.println(result.join()));
    }
    System.exit(0);
  }

  private static CloudRedisSettings settings(String endpoint) throws Exception {
    CloudRedisSettings.Builder settings = CloudRedisSettings.newBuilder()
        .setCredentialsProvider(NoCredentialsProvider.create())
        .setTransportChannelProvider(CloudRedisSettings.defaultGrpcTransportProviderBuilder()
            .setEndpoint(endpoint)
            .setChannelConfigurator(ManagedChannelBuilder::usePlaintext)
            .build());
    // Short delays between polls, and no timeout within the patience of the test.
    OperationTimedPollAlgorithm polling = OperationTimedPollAlgorithm.create(RetrySettings.newBuilder()
        .setInitialRetryDelayDuration(Duration.ofMillis(100))
        .setRetryDelayMultiplier(1.3)
        .setMaxRetryDelayDuration(Duration.ofSeconds(1))
        .setTotalTimeoutDuration(Duration.ofHours(1))
        .build());
    settings.createInstanceOperationSettings().setPollingAlgorithm(polling);
    settings.deleteInstanceOperationSettings().setPollingAlgorithm(polling);
    return settings.build();
  }

  private String tell(String index, String action) {
    Future<String> result = threads.submit(() -> run(index, action));
    try {
      return result.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException timeout) {
      return "never ends";
    } catch (ExecutionException error) {
      return describe(error.getCause());
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  private String run(String index, String action) throws Exception {
    OperationFuture<Instance, OperationMetadata> started = client.createInstanceAsync(CreateInstanceRequest.newBuilder()
        .setParent("projects/p/locations/l")
        .setInstanceId("java-" + index)
        .build());
    switch (action) {
      case "wait":
        return describe(started.get());
      case "wait twice":
        started.get();
        return describe(started.get());
      case "wait concurrently":
        Future<Instance> first = threads.submit((Callable<Instance>) started::get);
        started.get();
        return describe(first.get());
      case "wait again after a failure":
        try {
          return describe(started.get());
        } catch (ExecutionException expected) {
          return describe(started.get());
        }
      case "wait 300 ms":
        return describe(started.get(300, TimeUnit.MILLISECONDS));
      case "abort":
        started.cancel(true);
        return describe(started.get());
      case "cancel, then wait":
        client.getOperationsClient().cancelOperation(started.getName());
        return describe(started.get());
      case "cancel while waiting":
        Future<Instance> waiting = threads.submit((Callable<Instance>) started::get);
        client.getOperationsClient().cancelOperation(started.getName());
        return describe(waiting.get());
      case "read metadata":
        return started.getMetadata().get().getTarget();
      case "read details":
        return "details: " + reason(started);
      case "read metadata of a failure":
        return "metadata: " + targetAfterFailure(started);
      case "resume":
        return describe(client.createInstanceOperationCallable().resumeFutureCall(started.getName()).get());
      case "resume another method":
        return describe(client.deleteInstanceOperationCallable().resumeFutureCall(started.getName()).get());
      default:
        throw new IllegalArgumentException(action);
    }
  }

  private static String reason(Future<Instance> started) throws Exception {
    try {
      return describe(started.get());
    } catch (ExecutionException error) {
      var details = ((ApiException) error.getCause()).getErrorDetails();
      return details == null || details.getErrorInfo() == null ? "undefined" : details.getErrorInfo().getReason();
    }
  }

  private static String targetAfterFailure(OperationFuture<Instance, OperationMetadata> started) throws Exception {
    try {
      return describe(started.get());
    } catch (ExecutionException error) {
      OperationMetadata metadata = started.getMetadata().get();
      return metadata == null ? "undefined" : metadata.getTarget();
    }
  }

  private static String describe(Message message) {
    return message instanceof Instance instance ? "returns \"" + instance.getName() + "\"" : "returns {}";
  }

  private static String describe(Throwable error) {
    Throwable cause = error instanceof ExecutionException ? error.getCause() : error;
    String what = cause instanceof ApiException api && api.getStatusCode() != null
        ? api.getStatusCode().getCode().name().replace("CANCELLED", "CANCELED")
        : cause.getClass().getSimpleName();
    return "throws " + what;
  }
}
