using NLog;

var logger = LogManager.Setup().LoadConfigurationFromFile("nlog.config", optional: false).GetCurrentClassLogger();

logger.Info("Order {Order} was paid", 4711);
LogManager.Shutdown();
