using System.Globalization;
using OssLogSinks.Battery.FrontDoors;

namespace OssLogSinks.Battery.Parts;

/// <summary>A disk buffer in each of several folders, one after the other; the key gets the number of the place.</summary>
internal static class PlacesPart
{
    public static async Task<int> RunAsync(PartOrder order)
    {
        for (var i = 0; i < order.Places.Length; i++)
        {
            var number = i.ToString(CultureInfo.InvariantCulture);
            var place = order.With(("buffer", order.Places[i]), ("key", order.Key.Replace("PLACE", number)));
            var frontDoor = FrontDoor.Open(place);
            for (var logged = 0; logged < order.Events; logged++)
                frontDoor.Log("event " + logged);

            if (!await frontDoor.FlushAsync())
            {
                LoggingPart.Say($"flush failed at {order.Places[i]}");
                return 3;
            }

            frontDoor.Close();
        }

        LoggingPart.Say("closed");
        return 0;
    }
}
