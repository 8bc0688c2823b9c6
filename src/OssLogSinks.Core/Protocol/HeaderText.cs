namespace OssLogSinks.Core.Protocol;

/// <summary>What can stand in a header and what of a header can stand in a message.</summary>
internal static class HeaderText
{
    /// <summary>Whether a header's value goes over the wire as it is: printable ASCII, no blank at either end.</summary>
    public static bool IsSendable(string value) => value.All(c => c is >= ' ' and <= '~') && value.Trim().Length == value.Length;

    /// <summary>
    /// Foreign text made fit for an exception: one line, no braces (which log frameworks take for templates), at most so many characters.
    /// Null if nothing is left.
    /// </summary>
    public static string? Clean(string? text, int maxLength)
    {
        if (text is null)
        {
            return null;
        }

        var characters = text.Trim().ToCharArray();
        for (var i = 0; i < characters.Length; i++)
        {
            characters[i] = characters[i] switch
            {
                '{' => '(',
                '}' => ')',
                var c when char.IsControl(c) => ' ',
                var c => c,
            };
        }

        return characters.Length == 0 ? null : new string(characters, 0, Math.Min(characters.Length, maxLength));
    }
}
