// The declaration of a KnowledgeBase as retrieval takes it.
#include <map>

#include "local/knowledge_part.h"
#include "local/secrets.h"

namespace argosy::local {

namespace {

namespace rs = resources;
using retrieval::ContentKind;
using retrieval::FieldHint;
using retrieval::SourceOptions;

ContentKind KindOf(rs::SourceFormat format) {
    switch (format) {
        case rs::SourceFormat::kCsv:
            return ContentKind::kCsv;
        case rs::SourceFormat::kTsv:
            return ContentKind::kTsv;
        case rs::SourceFormat::kJsonl:
            return ContentKind::kJsonl;
        case rs::SourceFormat::kMarkdown:
            return ContentKind::kMarkdown;
        case rs::SourceFormat::kHtml:
            return ContentKind::kHtml;
        case rs::SourceFormat::kPdf:
            return ContentKind::kPdf;
        case rs::SourceFormat::kText:
            break;
    }
    return ContentKind::kText;
}

retrieval::SplitterKind KindOf(const rs::Splitter& splitter) {
    switch (splitter.kind) {
        case rs::SplitterKind::kRecursive:
            return splitter.strict ? retrieval::SplitterKind::kStrict
                                   : retrieval::SplitterKind::kRecursive;
        case rs::SplitterKind::kMarkdown:
            return retrieval::SplitterKind::kMarkdown;
        case rs::SplitterKind::kSentence:
            return retrieval::SplitterKind::kSentence;
        case rs::SplitterKind::kTokens:
            return retrieval::SplitterKind::kToken;
        case rs::SplitterKind::kRow:
            break;
    }
    return retrieval::SplitterKind::kRow;
}

retrieval::PiiPolicy PolicyOf(rs::PiiHandling handling) {
    switch (handling) {
        case rs::PiiHandling::kKeep:
            return retrieval::PiiPolicy::kKeep;
        case rs::PiiHandling::kMask:
            return retrieval::PiiPolicy::kMask;
        case rs::PiiHandling::kRefuse:
            break;
    }
    return retrieval::PiiPolicy::kRefuse;
}

// What the declaration says of a bucket, in front of what the process has in its environment.
Result<Environment> EnvironmentOf(const rs::KnowledgeSource& source, const Surroundings& around) {
    std::map<std::string, std::string> own;
    if (source.region) own["AWS_REGION"] = *source.region;
    if (source.endpoint) own["AWS_ENDPOINT_URL_S3"] = own["AWS_ENDPOINT_URL"] = *source.endpoint;
    if (source.credential) {
        ARGOSY_TRY(const std::string secret, ReadSecret(*source.credential, around.environment));
        const size_t colon = secret.find(':');
        if (!source.uri.starts_with("s3://") || colon == std::string::npos) {
            return Err(ErrorCode::kUnsupported,
                       "{}: a credential is for s3:// only, as ACCESS_KEY:SECRET", source.uri);
        }
        own["AWS_ACCESS_KEY_ID"] = secret.substr(0, colon);
        own["AWS_SECRET_ACCESS_KEY"] = secret.substr(colon + 1);
    }
    return Environment([own = std::move(own), base = around.environment](const char* name) {
        const auto found = own.find(name);
        return found == own.end() ? base(name) : found->second;
    });
}

Result<SourceOptions> SourceOf(const rs::KnowledgeSource& source, const Surroundings& around) {
    SourceOptions out;
    out.uri = Resolved(around, source.uri);
    out.load.table = {source.id_column.value_or(""), source.title_column.value_or(""),
                      source.text_columns,           source.text_template.value_or(""),
                      source.metadata_columns,       0};
    if (source.format) out.load.kind = KindOf(*source.format);
    out.load.allow_private_addresses = true;  // who wrote the file says where it may look
    ARGOSY_TRY(out.load.environment, EnvironmentOf(source, around));
    for (const auto& [name, value] : source.metadata) out.metadata[name] = value;
    return out;
}

// A folder with `include` is a source for each of its patterns.
void AddSources(SourceOptions source, const std::vector<std::string>& include,
                std::vector<SourceOptions>& out) {
    if (include.empty()) return out.push_back(std::move(source));
    const std::string folder = source.uri + (source.uri.ends_with('/') ? "" : "/");
    for (const std::string& pattern : include) {
        SourceOptions one = source;
        one.uri = folder + (pattern.find('/') == std::string::npos ? "**/" : "") + pattern;
        out.push_back(std::move(one));
    }
}

retrieval::Condition ConditionOf(const rs::Preference& preference) {
    if (preference.is) {
        return {preference.attribute, retrieval::MatchAny{{json::value(*preference.is)}}};
    }
    return {preference.attribute, retrieval::Range{.gt = preference.above, .lt = preference.below}};
}

retrieval::SearchSettings SettingsOf(const rs::Search& search) {
    retrieval::SearchSettings out;
    out.candidates = static_cast<size_t>(search.candidates);
    out.dense_weight = search.dense_weight;
    out.lexical_weight = search.lexical_weight;
    out.self_query = search.self_query;
    out.mmr = search.mmr;
    for (const rs::Attribute& attribute : search.attributes) {
        const FieldHint hint{attribute.name, attribute.words, attribute.scale, attribute.synonyms};
        out.fields.push_back(hint);
    }
    out.kind_field = search.kind_attribute;
    out.related = static_cast<size_t>(search.related);
    for (const rs::Preference& preference : search.prefer) {
        out.preferred.must.push_back(ConditionOf(preference));
    }
    return out;
}

}  // namespace

Result<retrieval::KnowledgeBaseOptions> KnowledgeOptionsOf(const rs::KnowledgeBase& base,
                                                           const Surroundings& around,
                                                           std::vector<std::string>& warnings) {
    const rs::KnowledgeBaseSpec& spec = base.spec;
    retrieval::KnowledgeBaseOptions options;
    options.name = spec.store.collection.value_or(base.metadata.name);
    for (const rs::KnowledgeSource& source : spec.sources) {
        ARGOSY_TRY(SourceOptions one, SourceOf(source, around));
        AddSources(std::move(one), source.include, options.sources);
        if (!source.exclude.empty()) {
            warnings.push_back(source.uri +
                               ": exclude has no effect on one machine; name what is "
                               "wanted by include");
        }
    }
    options.splitter = {KindOf(spec.splitter), static_cast<size_t>(spec.splitter.size),
                        static_cast<size_t>(spec.splitter.overlap)};
    options.embedding_model = spec.embedding.value_or("");
    options.search = SettingsOf(spec.search);
    options.limit = static_cast<size_t>(spec.search.limit);
    options.min_score = spec.search.min_score;
    options.pii = PolicyOf(spec.privacy.pii);
    if (spec.refresh && spec.refresh->schedule) {
        warnings.push_back("refresh.schedule has no effect on one machine; use refresh.every");
    }
    return options;
}

}  // namespace argosy::local
