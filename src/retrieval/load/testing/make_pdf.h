// A PDF of one line of text a page, for tests.
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

namespace argosy::retrieval::testing {

inline std::string MakePdf(const std::vector<std::string>& pages) {
    std::vector<std::string> objects = {"<< /Type /Catalog /Pages 2 0 R >>", "",
                                        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"};
    std::string kids;
    for (const std::string& page : pages) {
        const std::string drawing =
            page.empty() ? "" : fmt::format("BT /F1 12 Tf 72 700 Td ({}) Tj ET", page);
        objects.push_back(
            fmt::format("<< /Length {} >>\nstream\n{}\nendstream", drawing.size(), drawing));
        objects.push_back(
            fmt::format("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {} 0 R "
                        "/Resources << /Font << /F1 3 0 R >> >> >>",
                        objects.size()));
        kids += fmt::format("{} 0 R ", objects.size());
    }
    objects[1] = fmt::format("<< /Type /Pages /Count {} /Kids [{}] >>", pages.size(), kids);
    std::string pdf = "%PDF-1.4\n";
    std::string table = fmt::format("xref\n0 {}\n0000000000 65535 f \n", objects.size() + 1);
    for (size_t i = 0; i < objects.size(); ++i) {
        table += fmt::format("{:010} 00000 n \n", pdf.size());
        pdf += fmt::format("{} 0 obj\n{}\nendobj\n", i + 1, objects[i]);
    }
    return pdf + table +
           fmt::format("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{}\n%%EOF\n",
                       objects.size() + 1, pdf.size());
}

}  // namespace argosy::retrieval::testing
