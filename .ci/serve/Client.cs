// client.exe URL RESET PLAN CERTIFICATE: posts the requests of a plan with .NET's HttpClient. Each line of the plan has the
// method, the path, the file of the request, and the file for the answer.
using System;
using System.IO;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;

static class Client
{
    static int Main(string[] args)
    {
        var handler = new HttpClientHandler();
        if (args[0].StartsWith("https:"))
        {
            var own = new X509Certificate2(args[3]).Thumbprint;
            handler.ServerCertificateCustomValidationCallback =
                (request, certificate, chain, errors) => certificate.Thumbprint == own;
        }
        using (var client = new HttpClient(handler))
        {
            foreach (var line in File.ReadAllLines(args[2]))
            {
                var parts = line.Split('\t');
                var content = new ByteArrayContent(File.ReadAllBytes(parts[2]));
                content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                var request = new HttpRequestMessage(new HttpMethod(parts[0]), args[0] + parts[1]) { Content = content };
                var answer = client.SendAsync(request).Result;
                File.WriteAllBytes(parts[3], answer.Content.ReadAsByteArrayAsync().Result);
                client.PostAsync(args[0] + args[1], new ByteArrayContent(new byte[0])).Result.EnsureSuccessStatusCode();
            }
        }
        return 0;
    }
}
