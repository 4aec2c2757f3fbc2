#include "retrieval/face/point_update.h"

namespace argosy::retrieval::face {

namespace {

// Ids or filter of those that are meant.
Result<std::vector<PointId>> Targets(const PointCollection& collection, const json::object& body) {
    const json::value* filter = body.if_contains("filter");
    if (filter != nullptr && !filter->is_null()) {
        ARGOSY_TRY(const Filter parsed, ParsePointFilter(filter));
        return collection.Ids(parsed, SIZE_MAX);
    }
    return ParseIds(body, "points");
}

// Where a payload is set: the whole, or one member of it.
Result<json::object> NewPayload(const json::object& body) {
    const json::value* payload = body.if_contains("payload");
    if (payload == nullptr || !payload->is_object()) {
        return Err(ErrorCode::kInvalidArgument, "payload: an object is needed");
    }
    const json::value* key = body.if_contains("key");
    if (key == nullptr || key->is_null()) return payload->get_object();
    if (!key->is_string() || key->get_string().find('.') != json::string::npos) {
        return Err(ErrorCode::kUnsupported, "key: this server takes the name of one member");
    }
    return json::object{{key->get_string(), payload->get_object()}};
}

Result<void> SetPayload(PointCollection& collection, const json::object& body, bool overwrite) {
    ARGOSY_TRY(const json::object payload, NewPayload(body));
    ARGOSY_TRY(const auto ids, Targets(collection, body));
    return collection.Change(ids, [&](json::object& old) {
        if (overwrite) old.clear();
        for (const auto& member : payload) {
            json::value& at = old[member.key()];
            if (body.contains("key") && at.is_object() && member.value().is_object()) {
                for (const auto& inner : member.value().get_object()) {
                    at.get_object()[inner.key()] = inner.value();
                }
            } else {
                at = member.value();
            }
        }
    });
}

Result<void> DeletePayload(PointCollection& collection, const json::object& body) {
    const json::value* keys = body.if_contains("keys");
    if (keys == nullptr || !keys->is_array()) {
        return Err(ErrorCode::kInvalidArgument, "keys: a list of names is needed");
    }
    for (const json::value& key : keys->get_array()) {
        if (!key.is_string()) return Err(ErrorCode::kInvalidArgument, "keys: names are needed");
    }
    ARGOSY_TRY(const auto ids, Targets(collection, body));
    return collection.Change(ids, [&](json::object& payload) {
        for (const json::value& key : keys->get_array()) payload.erase(key.get_string());
    });
}

}  // namespace

Result<std::vector<PointId>> ParseIds(const json::object& body, std::string_view name) {
    const json::value* list = body.if_contains(name);
    if (list == nullptr || !list->is_array()) {
        return Err(ErrorCode::kInvalidArgument, "{}: a list of point ids is needed", name);
    }
    std::vector<PointId> ids;
    for (const json::value& each : list->get_array()) {
        ARGOSY_TRY(PointId id, ParsePointId(each));
        ids.push_back(std::move(id));
    }
    return ids;
}

json::object LimitOf(const json::object& body) {
    const json::value* limit = body.if_contains("limit");
    return limit == nullptr ? json::object() : json::object{{"limit", *limit}};
}

Result<void> RunUpdate(PointCollection& collection, std::string_view kind,
                       const json::object& body) {
    if (kind == "upsert") {
        ARGOSY_TRY(const auto points, ParsePoints(collection.schema(), body));
        return collection.Upsert(points);
    }
    if (kind == "delete") {
        ARGOSY_TRY(const auto ids, Targets(collection, body));
        return collection.Delete(ids);
    }
    if (kind == "set_payload") return SetPayload(collection, body, false);
    if (kind == "overwrite_payload") return SetPayload(collection, body, true);
    if (kind == "delete_payload") return DeletePayload(collection, body);
    if (kind == "clear_payload") {
        ARGOSY_TRY(const auto ids, Targets(collection, body));
        return collection.Change(ids, [](json::object& payload) { payload.clear(); });
    }
    return Err(ErrorCode::kUnsupported, "operations: this server does not know \"{}\"", kind);
}

Result<size_t> RunUpdates(PointCollection& collection, const json::object& body) {
    const json::value* list = body.if_contains("operations");
    if (list == nullptr || !list->is_array()) {
        return Err(ErrorCode::kInvalidArgument, "operations: a list is needed");
    }
    size_t done = 0;
    for (const json::value& each : list->get_array()) {
        const auto* operation = each.if_object();
        if (operation == nullptr || operation->size() != 1 ||
            !operation->begin()->value().is_object()) {
            return Err(ErrorCode::kInvalidArgument,
                       "operations[{}]: must be an object of one operation", done);
        }
        ARGOSY_CHECK_OK(RunUpdate(collection, operation->begin()->key(),
                                  operation->begin()->value().get_object()));
        ++done;
    }
    return done;
}

}  // namespace argosy::retrieval::face
