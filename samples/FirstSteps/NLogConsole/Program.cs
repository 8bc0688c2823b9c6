using NLog;

var logger = LogManager.Setup().LoadConfigurationFromFile("nlog.config").GetCurrentClassLogger();

logger.Info("Order {Order} was paid", 4711);
LogManager.Shutdown();
