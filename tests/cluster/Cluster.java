import java.util.Arrays;
import java.util.Scanner;
import org.codelibs.opensearch.runner.OpenSearchRunner;

/**
 * A cluster in one process, which ends with another process.
 *
 * <p>Arguments: the directory of its data, which goes away with it; the process that it ends with;
 * then two ports for each node, of HTTP and of the nodes among themselves. On standard input, a
 * line "close 0" closes the first node and "start 0" starts it again.
 */
class Cluster {
    public static void main(String[] args) {
        String[] ports = Arrays.copyOfRange(args, 2, args.length);
        OpenSearchRunner runner = new OpenSearchRunner();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(runner)));
        ProcessHandle.of(Long.parseLong(args[1])).orElseThrow().onExit()
                .thenRun(() -> System.exit(0));
        runner.onBuild((number, settings) -> {
            settings.put("http.port", ports[2 * number - 2]);
            settings.put("transport.port", ports[2 * number - 1]);
            settings.put("discovery.seed_hosts", seeds(ports));
            settings.put("cluster.initial_cluster_manager_nodes", "Node 1");
            settings.put("cluster.routing.allocation.disk.threshold_enabled", false);
            settings.put("cluster.max_shards_per_node", 10_000);
        }).build(OpenSearchRunner.newConfigs()
                .basePath(args[0]).clusterName("tests-" + ports[0]).numOfNode(ports.length / 2));
        obey(runner);
    }

    private static void obey(OpenSearchRunner runner) {
        Scanner commands = new Scanner(System.in);
        while (commands.hasNext()) {
            boolean start = commands.next().equals("start");
            int node = commands.nextInt();
            try {
                if (start) {
                    runner.startNode(node);
                } else {
                    runner.getNode(node).close();
                }
            } catch (Exception error) {
                error.printStackTrace();
            }
        }
    }

    private static String seeds(String[] ports) {
        StringBuilder seeds = new StringBuilder();
        for (int i = 1; i < ports.length; i += 2) {
            seeds.append(i > 1 ? "," : "").append("127.0.0.1:").append(ports[i]);
        }
        return seeds.toString();
    }

    private static void stop(OpenSearchRunner runner) {
        try {
            runner.close();
        } catch (Exception error) {
            error.printStackTrace();
        }
        runner.clean();
    }
}
